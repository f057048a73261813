"""The command line, one file per command; ``main.py`` finds the command and turns errors into exit codes."""
