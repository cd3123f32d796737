import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readAlertSearch, readNewRuleSearch, readRulesSearch } from '../features/alerts/api/alert-search';
import type { ArtifactSearch } from '../features/artifacts/components/artifact-page';
import { jobStatuses } from '../features/jobs/api/jobs';
import { jobTabs, type JobSearch } from '../features/jobs/components/job-tabs';
import { JobsPage } from '../features/jobs/components/jobs-page';
import { readLogSearch } from '../features/logs/api/log-address';
import { runStatuses } from '../features/runs/api/runs';
import { runTabs, type RunSearch } from '../features/runs/components/run-tabs';
import { PendingPage } from '../components/states';
import { basePath } from '../lib/address';
import { readListSearch, readText } from '../lib/list-search';
import { loadModule } from '../lib/load-module';
import { Layout } from './layout';
import { NotFoundPage } from './not-found-page';
import { FailurePage } from './failure-page';
import { readNumber, readStep } from './search';

/** A page that is loaded when it is first opened, or once the platform answers. */
const page = <T extends Record<string, unknown>, K extends keyof T & string>(load: () => Promise<T>, name: K) =>
  lazyRouteComponent(() => loadModule(load), name);

const rootRoute = createRootRoute({ component: Layout, notFoundComponent: NotFoundPage, errorComponent: FailurePage });

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => redirect({ to: '/jobs', replace: true, throw: true }),
});

const jobsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs',
  validateSearch: search => readListSearch(search, { statuses: jobStatuses, jobs: true }),
  component: function Jobs() {
    return <JobsPage search={jobsRoute.useSearch()} />;
  },
});

const submitRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs/new',
  component: page(() => import('../features/jobs/components/submit-page'), 'SubmitPage'),
});

const JobPage = page(() => import('../features/jobs/components/job-page'), 'JobPage');

const jobRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs/$id',
  validateSearch: (search): JobSearch => ({
    tab: jobTabs.find(tab => tab === search.tab),
    attempt: readNumber(search.attempt),
    line: readNumber(search.line),
    find: readText(search.find),
  }),
  component: function Job() {
    const { id } = jobRoute.useParams();
    return <JobPage key={id} id={id} search={jobRoute.useSearch()} />;
  },
});

const nodesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/nodes',
  component: page(() => import('../features/nodes/components/nodes-page'), 'NodesPage'),
});

const RunsPage = page(() => import('../features/runs/components/runs-page'), 'RunsPage');

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs',
  validateSearch: search => readListSearch(search, { statuses: runStatuses }),
  component: function Runs() {
    return <RunsPage search={runsRoute.useSearch()} />;
  },
});

const RunPage = page(() => import('../features/runs/components/run-page'), 'RunPage');

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/$id',
  validateSearch: (search): RunSearch => ({
    tab: runTabs.find(tab => tab === search.tab),
    folder: readText(search.folder),
    file: readText(search.file),
    search: readText(search.search),
    step: readStep(search.step),
  }),
  component: function Run() {
    const { id } = runRoute.useParams();
    return <RunPage key={id} id={id} search={runRoute.useSearch()} />;
  },
});

const ArtifactsPage = page(() => import('../features/artifacts/components/artifacts-page'), 'ArtifactsPage');

const artifactsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/artifacts',
  validateSearch: search => readListSearch(search, {}),
  component: function Artifacts() {
    return <ArtifactsPage search={artifactsRoute.useSearch()} />;
  },
});

const ArtifactPage = page(() => import('../features/artifacts/components/artifact-page'), 'ArtifactPage');

const artifactRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/artifacts/$name',
  validateSearch: (search): ArtifactSearch => ({ version: readNumber(search.version) }),
  component: function Artifact() {
    const { name } = artifactRoute.useParams();
    return <ArtifactPage key={name} name={name} search={artifactRoute.useSearch()} />;
  },
});

const LogsPage = page(() => import('../features/logs/components/logs-page'), 'LogsPage');

const logsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/logs',
  validateSearch: readLogSearch,
  component: function Logs() {
    return <LogsPage search={logsRoute.useSearch()} />;
  },
});

/** The page of alerts; each of its tabs has an address of its own. */
const alertsRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'alerts',
  component: page(() => import('../features/alerts/components/alerts-frame'), 'AlertsFrame'),
});

const AlertsList = page(() => import('../features/alerts/components/alerts-list'), 'AlertsList');

const alertListRoute = createRoute({
  getParentRoute: () => alertsRoute,
  path: '/alerts',
  validateSearch: readAlertSearch,
  component: function Alerts() {
    return <AlertsList search={alertListRoute.useSearch()} />;
  },
});

const RulesList = page(() => import('../features/alerts/components/rules-list'), 'RulesList');

const ruleListRoute = createRoute({
  getParentRoute: () => alertsRoute,
  path: '/alerts/rules',
  validateSearch: readRulesSearch,
  component: function Rules() {
    return <RulesList search={ruleListRoute.useSearch()} />;
  },
});

const destinationListRoute = createRoute({
  getParentRoute: () => alertsRoute,
  path: '/alerts/destinations',
  component: page(() => import('../features/alerts/components/destinations-list'), 'DestinationsList'),
});

const AlertPage = page(() => import('../features/alerts/components/alert-page'), 'AlertPage');

const alertRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts/$id',
  component: function Alert() {
    const { id } = alertRoute.useParams();
    return <AlertPage key={id} id={id} />;
  },
});

const NewRulePage = page(() => import('../features/alerts/components/rule-page'), 'NewRulePage');

const newRuleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts/rules/new',
  validateSearch: readNewRuleSearch,
  component: function NewRule() {
    return <NewRulePage search={newRuleRoute.useSearch()} />;
  },
});

const RulePage = page(() => import('../features/alerts/components/rule-page'), 'RulePage');

const ruleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts/rules/$id',
  component: function Rule() {
    const { id } = ruleRoute.useParams();
    return <RulePage key={id} id={id} />;
  },
});

const newDestinationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts/destinations/new',
  component: page(() => import('../features/alerts/components/destination-page'), 'NewDestinationPage'),
});

const DestinationPage = page(() => import('../features/alerts/components/destination-page'), 'DestinationPage');

const destinationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts/destinations/$id',
  component: function Destination() {
    const { id } = destinationRoute.useParams();
    return <DestinationPage key={id} id={id} />;
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    indexRoute,
    jobsRoute,
    submitRoute,
    jobRoute,
    nodesRoute,
    runsRoute,
    runRoute,
    artifactsRoute,
    artifactRoute,
    logsRoute,
    alertsRoute.addChildren([alertListRoute, ruleListRoute, destinationListRoute]),
    alertRoute,
    newRuleRoute,
    ruleRoute,
    newDestinationRoute,
    destinationRoute,
  ]),
  basepath: basePath(),
  defaultPreload: 'intent',
  defaultPendingComponent: PendingPage,
  defaultPendingMs: 200,
  defaultPendingMinMs: 0,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
