"""What people's corrections say about the rules: the past as sets of messages, and the changes worth a trial."""
