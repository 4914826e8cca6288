import gc

# Nothing of what start-up loads is garbage: looking for it takes a fifth of its time.
gc.disable()

from inbox.cli.main import main  # noqa: E402

gc.freeze()
gc.enable()
main()
