using Platform.Hosting;
using Platform.Nodes;

return await ServiceProcess.RunAsync("nodes", new NodesModule(), args);
