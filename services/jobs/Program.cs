using Platform.Hosting;
using Platform.Jobs;

return await ServiceProcess.RunAsync("jobs", new JobsModule(), args);
