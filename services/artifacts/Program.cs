using Platform.Artifacts;
using Platform.Hosting;

return await ServiceProcess.RunAsync("artifacts", new ArtifactsModule(), args);
