"""What the commands `settings show` and `settings set` do."""

from __future__ import annotations

from cardtools.enrol.commands.run import EnrolRun
from cardtools.enrol.files.settings import FILE, Settings, change_setting, home


def show(run: EnrolRun, as_json: bool) -> None:
    """Shows all settings, and where they are kept."""
    values = _values(run.settings)
    if as_json:
        run.json(values)
        return
    width = max(len(name) for name in values)
    for name, value in values.items():
        run.line(f"{name:{width}}  {run.messages.text('setting-not-set') if value is None else value}")
    run.progress(str(home() / FILE))


def change(run: EnrolRun, name: str, value: str) -> None:
    """Changes a setting, and shows it. Raises BadInputError."""
    now = _values(change_setting(home(), name, value))[name]
    if now is None:
        run.say("setting-default", name=name)
    else:
        run.say("setting-set", name=name, value=str(now))


def _values(settings: Settings) -> dict[str, str | float | None]:
    return settings.model_dump(mode="json", by_alias=True)
