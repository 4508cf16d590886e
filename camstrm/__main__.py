"""``python -m camstrm`` is the command ``camstrm``."""

from camstrm.cli.main import run

if __name__ == "__main__":
    run()
