"""The server: a model's writing for many at once over HTTP, in OpenAI's API and one of its own, and the page."""
