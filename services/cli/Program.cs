using Platform.Cli;

return await CommandLineProgram.RunAsync(args, CommandInvocation.OfProcess());
