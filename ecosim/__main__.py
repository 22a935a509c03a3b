"""``python -m ecosim``: the command, for launchers that start modules, such as MPI's."""

from ecosim.cli import main

if __name__ == "__main__":
    main()
