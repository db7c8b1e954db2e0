"""The coverage: reading, storing, answering. Knows nothing of chat."""
