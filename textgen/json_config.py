"""What all configurations share: a value is refused in one sentence, and the fields are saved and loaded as JSON."""

from dataclasses import asdict
from typing import Any, Self

from textgen.errors import ConfigurationError, ModelError
from textgen.stored_json import decode


def require(holds: bool, name: str, value: object, allowed: str) -> None:
    """Refuses a setting in one sentence.

    Args:
        holds: whether its value makes sense.
        name: of the setting.
        value: that was given.
        allowed: what it may be, after `must be`.

    Raises:
        ConfigurationError: it does not hold.
    """
    if not holds:
        raise ConfigurationError(f"{name} is {value!r}; it must be {allowed}: give a value in that range.")


def require_share(name: str, value: float) -> None:
    """Refuses a share that is not from 0 to below 1.

    Raises:
        ConfigurationError: it is not.
    """
    require(0 <= value < 1, name, value, "at least 0 and below 1")


class JsonConfig:
    """Saving and loading that all configurations share."""

    def to_json(self) -> dict[str, Any]:
        """The fields as a dictionary of plain JSON values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_json(cls, values: object) -> Self:
        """The configuration saved by `to_json`; a field that was not saved has its default.

        Raises:
            ModelError: a field without default is missing, or one is unknown, of another type or out of range.
        """
        try:
            return decode(cls, values)
        except ValueError as error:
            raise ModelError(
                f"The saved {cls.__name__} {error}: it was edited, or comes from another version of textgen; use the "
                "version that wrote it, or train again."
            ) from None
