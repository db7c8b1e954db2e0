"""What the conversation keeps: settings, answers that were given, votes, follows."""
