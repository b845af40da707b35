"""Where the service is and what it works with: the settings that the rescue has to read, whatever else is set wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from hanvisa.errors import ConfigurationError

PREFIX = "HANVISA_"

ByName = Annotated[dict[str, str], NoDecode]
"""A JSON object in the environment."""

Port = Annotated[int, Field(ge=1, le=65535)]


class Whereabouts(BaseSettings):
    """They are taken as they are written; `hanvisa.config.Settings` says which of them the service starts with."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    state: Path = Path(".state")
    database_url: str = Field(default="", description="default: SQLite in the state folder")
    base_port: int | None = Field(default=None, ge=1024, le=64000)
    ari_url: str = "http://127.0.0.1:8088"
    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    proxy: str = Field(
        default="", description="host:port of the SIP proxy before them, where phones register"
    )
    nodes: ByName = Field(
        default={},
        description="several Asterisks (docs/scaling.md): the address of each by its name; JSON; none: one here",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Files are no source: to ask each of them for each setting took half of the time."""
        return init_settings, env_settings

    @field_validator("nodes", mode="before")
    @classmethod
    def _nodes_from_json(cls, given: Any) -> Any:
        return from_json(given)

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: dict[str, Any]) -> dict[str, Any]:
        values = {name: value for name, value in given.items() if value not in (None, "")}
        derived: dict[str, Any] = {}
        if str(values.get("base_port")).isdecimal():  # else the field says what is wrong with it
            base = int(values["base_port"])
            derived = {
                "sip_port": base,
                "ari_url": f"http://127.0.0.1:{base + 1}",
                "ami_port": base + 2,
                "web_port": base + 3,
                "carrier_port": base + 4,
                "agi_port": base + 5,
                "rtp_first": base + 100,
                "rtp_last": base + 499,
            }
        state = Path(values.get("state", ".state")).absolute()
        derived["database_url"] = f"sqlite+aiosqlite:///{state / 'hanvisa.sqlite'}"
        return {**derived, **values, "state": state}


_Read = TypeVar("_Read", bound=Whereabouts)


def read(settings: type[_Read]) -> _Read:
    """These settings as the environment has them, which is read here alone.

    Raises:
        ConfigurationError: a variable's value won't do; the message has a line for each.
    """
    try:
        return settings()
    except ValidationError as error:
        wrong = [
            f"{PREFIX}{str(each['loc'][0]).upper()} is “{each['input']}”, which won't do: {each['msg']}. "
            "Set it to another value, or leave it out to have the default."
            for each in error.errors()
        ]
        raise ConfigurationError("\n".join(wrong)) from None


def from_json(given: Any) -> Any:
    """What the environment has, else what was given. Raises ValueError."""
    return json.loads(given) if isinstance(given, str) else given
