from inbox.cli.main import main

main()
