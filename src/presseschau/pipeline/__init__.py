"""The build and what is done with its result: the one package that knows several stages."""
