"""A profile in tables and sentences, each value with where it comes from; `show` prints them, card pages hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from stuntcard.messages import Messages
from stuntcard.profile.model import (
    CARD,
    LONGEST_CODE_OF_MYEID,
    Area,
    Characters,
    Claim,
    Code,
    CodeStatus,
    Lasts,
    Profile,
    Sourced,
)
from stuntcard.words.factory_keys import factory_keys
from stuntcard.words.sections import Section, sourced

_CHARACTERS = {Characters.DIGITS: "show-digits", Characters.PRINTABLE: "show-printable"}
_HOLDS = {Lasts.SESSION: "show-for-session", Lasts.ONE_USE: "show-for-one-use"}


def describe(profile: Profile, messages: Messages) -> tuple[Section, ...]:
    """What a profile says of its card. What is assumed, and which facts it rests on, stands in `rests_on`."""
    return tuple(_Writer(profile, messages).sections())


def rests_on(profile: Profile, messages: Messages) -> tuple[Section, ...]:
    """What no document gives, with the reason for each value, and where each fact is used."""
    text = messages.text
    blocks = list(_blocks(profile, messages))
    assumed: dict[str, list[str]] = {}
    facts: dict[str, list[str]] = {fact: [] for fact in sorted({fact for _, block in blocks for fact in block.source})}
    for path, block in blocks:
        if block.assumed is not None:
            assumed.setdefault(block.assumed, []).append(path)
        for fact in block.source:
            facts[fact].append("`claims`" if isinstance(block, Claim) else path)
    return (
        Section(
            "assumed",
            text("show-assumed"),
            (text("show-assumed-what"), text("show-why")),
            tuple((", ".join(paths), reason) for reason, paths in assumed.items()),
        ),
        Section(
            "facts",
            text("show-facts"),
            (text("show-fact"), text("show-in-profile")),
            tuple((fact, ", ".join(dict.fromkeys(paths))) for fact, paths in facts.items()),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    profile: Profile
    messages: Messages

    def sections(self) -> Iterator[Section]:
        profile = self.profile
        yield Section(
            "codes",
            self._text("show-codes"),
            self._columns("code", "length", "characters", "tries", "holds", "factory-value"),
            tuple(self._code_row(code) for code in profile.codes.values()),
            (*self._through_myeid(), *self._through_one_area()),
        )
        yield Section(
            "values",
            self._text("show-values"),
            self._columns("code", "changed", "first-set", "set-anew", "unblocked"),
            tuple(self._values(name) for name in profile.codes),
        )
        yield Section(
            "names",
            self._text("show-names"),
            self._columns("code", "id-here", "label", "p2"),
            tuple(self._names(name, code) for name, code in profile.codes.items()),
        )
        yield Section(
            "areas",
            self._text("show-areas"),
            self._columns("area", "id", "places", "making", "using"),
            tuple(self._area_row(name, area) for name, area in profile.areas.items()),
            (*self._making(), *self._storing()),
        )
        yield Section("ends", self._text("show-ends"), lines=tuple(self._ends()))
        yield self._actors()
        if profile.personalisation is not None:
            yield factory_keys(profile, profile.personalisation, self.messages)
        claims = tuple(self._sourced(self.messages.of(claim.says), claim) for claim in profile.claims)
        yield Section("claims", self._text("show-claims"), lines=claims or (self._text("show-no-claims"),))

    def _text(self, key: str, **values: str | int) -> str:
        return self.messages.text(key, **values)

    def _columns(self, *names: str) -> tuple[str, ...]:
        return tuple(self._text(_COLUMNS[name]) for name in names)

    def _sourced(self, text: str, *blocks: Sourced) -> str:
        return sourced(text, self.messages, *blocks)

    def _code(self, name: str) -> str:
        return self.messages.of(self.profile.codes[name].name)

    def _codes(self, names: tuple[str, ...]) -> str:
        return self.messages.all_of([self._code(name) for name in names])

    def _code_row(self, code: Code) -> tuple[str, ...]:
        length, tries, factory = code.length, code.tries, code.factory
        most = self._text("show-tries-at-most", limit=tries.limit, most=tries.max)
        long = self._text("show-from-to", least=length.min, most=length.max)
        value = self._text("show-not-set")
        if factory is not None:
            value = self._text("show-must-change", value=factory.value) if factory.must_change else factory.value
            value = self._sourced(value, factory)
        return (
            self.messages.of(code.name),
            self._sourced(f"{length.min}" if length.min == length.max else long, length),
            self._sourced(self._text(_CHARACTERS[code.characters.set]), code.characters),
            self._sourced(f"{tries.limit}" if tries.limit == tries.max else most, tries),
            self._sourced(self._text(_HOLDS[code.holds.for_]), code.holds),
            value,
        )

    def _through_myeid(self) -> Iterator[str]:
        """What of the codes can't pass OpenSC's driver for MyEID."""
        on_chip = self.profile.codes_on_chip
        names = [self._code(name) for name, code in on_chip.items() if code.length.max > LONGEST_CODE_OF_MYEID]
        if names:
            yield self._text("show-through-myeid", most=LONGEST_CODE_OF_MYEID, codes=", ".join(names))

    def _through_one_area(self) -> Iterator[str]:
        """Which areas, and so which codes, programs see through command sets that know one code."""
        profile = self.profile
        if profile.open_while is None:
            areas = profile.areas.items()
            shown = [f"`{name}` ({self._code(a.guard)})" for name, a in areas if a.guard in profile.codes_on_chip]
            yield self._text("show-through-one-area", areas=", ".join(shown), area=profile.holders_area)
        if profile.ias is not None:
            applets = self.messages.any_of([f"`--applet ias:{name}`" for name in profile.areas_for_ias])
            yield self._text("show-through-ias", applets=applets)

    def _values(self, name: str) -> tuple[str, ...]:
        code = self.profile.codes[name]
        setters = (self._setters(name, status) for status in (CodeStatus.NOT_SET, CodeStatus.SET, CodeStatus.BLOCKED))
        return (
            self._code(name),
            self._sourced(self._text("show-yes" if code.change.allowed else "show-no"), code.change),
            *("; ".join(setting) or self._text("show-nothing") for setting in setters),
        )

    def _setters(self, name: str, status: CodeStatus) -> Iterator[str]:
        """Who and what gives a code in this state a new value."""
        code = self.profile.codes[name]
        if status is CodeStatus.NOT_SET and code.factory is not None:
            yield self._sourced(self._text("show-factory"), code.factory)
        for reset in code.reset_by:
            if status in reset.from_:
                by = self._code(reset.code)
                once = reset.uses_up or reset.from_ == (CodeStatus.NOT_SET,)
                yield self._sourced(self._text("show-once", code=by) if once else by, reset)
        for actor in self.profile.actors.values():
            who = self.messages.of(actor.name)
            acts = [act for act in actor.acts.values() if name in act.sets]
            first = [act for act in acts if act.sets[0] == name and status in act.from_]
            if first:
                yield self._sourced(who, *first)
            others = [act for act in acts if act.sets[0] != name]
            if others:
                codes = self._codes(tuple(dict.fromkeys(act.sets[0] for act in others)))
                yield self._sourced(self._text("show-together", who=who, codes=codes), *others)

    def _names(self, name: str, code: Code) -> tuple[str, ...]:
        if code.reference is None:
            return (self._code(name), f"`{name}`", self._text("show-off-chip"), self._text("show-none"))
        numbers = [f"{code.reference:02X}"]
        of_others = (("eop", code.eop_reference), ("ias", code.ias_reference))
        numbers += [f"`{applet}`: {number:02X}" for applet, number in of_others if number is not None]
        return (self._code(name), f"`{name}`", self._sourced(code.label or code.name.en, code), "; ".join(numbers))

    def _area_row(self, name: str, area: Area) -> tuple[str, ...]:
        return (
            self.messages.of(area.name),
            f"`{name}`",
            self._places(area),
            self._codes(area.create_with) or self._text("show-not-possible"),
            self._sourced(self._code(area.guard), area),
        )

    def _places(self, area: Area) -> str:
        if area.places is not None:
            return self._sourced(str(area.places.count), area.places)
        if not area.create_with:
            return self._text("show-from-factory")
        return self._text("show-no-limit" if self.profile.memory is None else "show-as-memory")

    def _making(self) -> Iterator[str]:
        """Where a key takes more codes than a program gives that logs in to one token, and what makes it there."""
        for area in self.profile.areas.values():
            reference = self.profile.codes[area.guard].reference
            if len(area.create_with) > 1 and reference is not None:
                codes, identifier = self._codes(area.create_with), f"{reference:02X}"
                yield self._text(
                    "show-several-codes", area=self.messages.of(area.name), codes=codes, identifier=identifier
                )

    def _storing(self) -> Iterator[str]:
        files, memory = self.profile.files, self.profile.memory
        if files.guard is None:
            yield self._sourced(self._text("show-nothing-written"), files)
        else:
            yield self._sourced(self._text("show-files", code=self._code(files.guard)), files)
        if memory is None:
            yield self._text("show-endless-memory")
        else:
            yield self._sourced(self._text("show-memory", bytes=memory.bytes, block=memory.block), memory)

    def _ends(self) -> Iterator[str]:
        yield from self._parts()
        for code in self.profile.codes.values():
            if code.blocks is not None:
                what = {"code": self.messages.of(code.name), "codes": self._codes(code.blocks.codes)}
                yield self._sourced(self._text("show-cascade", **what), code.blocks)
        for end in self.profile.ends:
            when = {"code": self._code(end.when_blocked[0]), "codes": self._codes(end.when_blocked)}
            key = "show-end" if len(end.when_blocked) == 1 else "show-end-together"
            yield self._sourced(self._text(key, what=self._part(end.part), **when), end)
        for who, actor in self.profile.actors.items():
            for name, act in actor.acts.items():
                if act.loses is not None:
                    text = self._text("show-end-by-act", act=f"{who} {name}", what=self._part(act.loses))
                    yield self._sourced(text, act)
        dead = self.profile.dead
        mute = dead.answer == "mute"
        text = self._text("show-dead-mute") if mute else self._text("show-dead", answer=dead.answer)
        yield self._sourced(text, dead)

    def _parts(self) -> Iterator[str]:
        profile, of = self.profile, self.messages.of
        for part in profile.parts.values():
            codes = ", ".join(self._code(code) for code in part.codes)
            areas = ", ".join(of(profile.areas[area].name) for area in part.areas)
            together = [self.messages.counted("show-part-codes", len(part.codes), codes=codes)] if codes else []
            together += [self.messages.counted("show-part-areas", len(part.areas), areas=areas)] if areas else []
            if together:
                yield self._sourced(self._text("show-part", part=of(part.name), what="; ".join(together)), part)
        if profile.open_while is not None:
            open_part = profile.parts[profile.open_while]
            yield self._sourced(self._text("show-open", part=of(open_part.name)), open_part)
        if profile.emptied_with is not None:
            yield self._text("show-emptied", code=self._code(profile.emptied_with))

    def _part(self, part: str) -> str:
        if part == CARD:
            return self._text("show-whole-card")
        return self._text("show-the-part", part=self.messages.of(self.profile.parts[part].name))

    def _actors(self) -> Section:
        name, title, actors = "actors", self._text("show-actors"), self.profile.actors
        if not actors:
            return Section(name, title, lines=(self._text("show-no-actors"),))
        of = self.messages.of
        rows = [
            (of(actor.name), f"`{who} {act_name}`", self._sourced(of(act.about), act))
            for who, actor in actors.items()
            for act_name, act in actor.acts.items()
        ]
        refusals = [
            self._sourced(self._text("show-refusal", act=f"{who} {what}", why=of(refusal.why)), refusal)
            for who, actor in actors.items()
            for what, refusal in actor.cannot.items()
        ]
        columns = (self._text("show-who"), "`stuntcard actor`", self._text("show-what"))
        return Section(name, title, columns, tuple(rows), tuple(refusals))


_COLUMNS = {
    "code": "show-code",
    "length": "show-length",
    "characters": "show-characters",
    "tries": "show-tries",
    "holds": "show-holds",
    "factory-value": "show-factory-value",
    "changed": "show-changed",
    "first-set": "show-first-set",
    "set-anew": "show-set-anew",
    "unblocked": "show-unblocked",
    "id-here": "show-id-here",
    "label": "show-label",
    "p2": "show-p2",
    "area": "show-area",
    "id": "show-id",
    "places": "show-places",
    "making": "show-making",
    "using": "show-using",
}


def _blocks(profile: Profile, messages: Messages) -> Iterator[tuple[str, Sourced]]:
    """Every block that may say where it comes from, with its path in the YAML."""

    def below(value: object, path: str) -> Iterator[tuple[str, Sourced]]:
        if isinstance(value, Claim):
            yield messages.text("show-claim", says=messages.of(value.says)), value
        elif isinstance(value, BaseModel):
            if isinstance(value, Sourced):
                yield f"`{path}`", value
            for name, inner in value:
                yield from below(inner, f"{path}.{name.rstrip('_')}")
        elif isinstance(value, dict):
            for name, inner in value.items():
                yield from below(inner, f"{path}.{name}")
        elif isinstance(value, tuple):
            for number, inner in enumerate(value, start=1):
                yield from below(inner, f"{path}[{number}]" if len(value) > 1 else path)

    for name, value in profile:
        yield from below(value, name)
