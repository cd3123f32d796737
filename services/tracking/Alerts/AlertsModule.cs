using MassTransit;
using Platform.EventStore;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Delivery;
using Platform.Tracking.Alerts.Destinations;
using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Alerts.Sending;
using Platform.Tracking.Alerts.Watching;

namespace Platform.Tracking.Alerts;

/// <summary>Alerts: rules about metrics, jobs and nodes; what they find; who is told.</summary>
internal static class AlertsModule
{
    public static void AddAlerts(this IServiceCollection services, EventStoreOptions options)
    {
        services.AddSettings<AlertOptions>("Tracking:Alerts");
        options.Migrations.Add(AlertRuleProjection.Migration);
        options.Migrations.Add(AlertProjection.Migration);
        options.Migrations.Add(DeliveryTables.Migration);
        options.Migrations.Add(DeliveryTables.ByDestination);
        options.Migrations.Add(EvaluationTables.Migration);
        options.Migrations.Add(WatchTables.Migration);
        options.Migrations.Add(RuleTables.Checks);
        options.InlineProjections.Add(new AlertRuleProjection());
        options.InlineProjections.Add(new AlertProjection());
        services.AddSingleton<EvaluationSignal>();
        services.AddSingleton<RuleReader>();
        services.AddSingleton<RuleChanges>();
        services.AddSingleton<WatchedRuns>();
        services.AddSingleton<MetricEvaluator>();
        services.AddSingleton<AlertReader>();
        services.AddSingleton<AlertWriter>();
        services.AddSingleton<StaleAlerts>();
        services.AddSingleton<JobWatch>();
        services.AddSingleton<NodeWatch>();
        services.AddHostedService<AlertLoop>();
        services.AddSingleton<DestinationStore>();
        services.AddSingleton<WebhookConnections>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<MailSender>();
        services.AddSingleton<DestinationSender>();
        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryReader>();
        services.AddHostedService<DeliveryLoop>();
    }

    public static void AddAlerts(this IBusRegistrationConfigurator bus)
    {
        bus.AddServiceConsumer<WatchJobs>("tracking");
        bus.AddServiceConsumer<WatchNodes>("tracking");
    }

    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        var alerts = app.MapGroup("/api/alerts").WithTags("alerts");
        alerts.MapListAlerts();
        alerts.MapGetAlert();
        var rules = alerts.MapGroup("/rules");
        rules.MapReadRules();
        rules.MapCreateRule();
        rules.MapChangeRule();
        alerts.MapGroup("/destinations").MapDestinations();
    }
}
