using Platform.Hosting;
using Platform.Tracking;

return await ServiceProcess.RunAsync("tracking", new TrackingModule(), args);
