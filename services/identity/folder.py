"""Letters as files that people can read and copy a link from, where there is no server of e-mail."""

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend


class Folder(EmailBackend):
    """As they are written, not as they would travel: a link stays in one line."""

    def write_message(self, message: EmailMessage) -> None:
        text = f"Do: {', '.join(message.to)}\nTemat: {message.subject}\n\n{message.body}\n"
        self.stream.write(text.encode())  # type: ignore[arg-type] # opened for bytes
