"""The journey of a question, from its words to an answer."""
