using Platform.Cli;

return await CommandLineProgram.RunAsync(args, Console.Out, Console.Error);
