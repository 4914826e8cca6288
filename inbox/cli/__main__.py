import gc

# Nothing of what start-up loads is garbage: looking for it takes a fifth of its time.
gc.disable()

from inbox.cli.main import main  # noqa: E402

gc.freeze()
# A batch of mails makes tens of thousands of objects, wanted until it is stored: looked for less often, it takes less.
gc.set_threshold(20_000, 20, 20)
gc.enable()
main()
