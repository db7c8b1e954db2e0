"""What `dateline doctor` looks at in a home: one file for each part, none of which changes a database."""
