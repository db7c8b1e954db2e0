"""What can go wrong, as an exception each. This module imports nothing.

DatelineError               anything that a person can act on: one line, what, which, what next
├── InputError              a file, folder or line that is not an article we can read
├── FetchError              an address that may not be, or cannot be, fetched
│   └── DisallowedError     a site's robots.txt asks programs not to fetch it
├── QuestionError           a question or a filter that cannot be asked
├── ModelError              the encoder's model is missing, damaged or not the coverage's own
└── StoreError              the database or the home folder cannot be used
"""


class DatelineError(Exception):
    """Anything that a person can act on; its text is one line that says what, which and what next."""


class InputError(DatelineError):
    """A file, folder or line that is not an article we can read."""


class FetchError(DatelineError):
    """An address that may not be fetched, or that cannot be."""


class DisallowedError(FetchError):
    """An address that its site's robots.txt asks programs not to fetch."""


class QuestionError(DatelineError):
    """A question or a filter that cannot be asked.

    The `template`, with its `values` in it, is the message; a conversation in another language has its own.
    """

    def __init__(self, template: str, **values: object) -> None:
        written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        super().__init__(template.format(**written))
        self.template = template
        self.values = values


class ModelError(DatelineError):
    """The encoder's model is missing, damaged or not the one the coverage was made with."""


class StoreError(DatelineError):
    """The database or the home folder cannot be used."""
