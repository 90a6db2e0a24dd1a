"""A profile in tables and sentences, each value with where it comes from; `show` prints them, card pages hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from stuntcard.profile.areas import APPLETS_OF_ONE_AREA
from stuntcard.profile.model import (
    CARD,
    LONGEST_CODE_OF_MYEID,
    Area,
    Characters,
    Claim,
    Code,
    CodeStatus,
    FactoryKey,
    Lasts,
    Profile,
    Qualified,
    Sourced,
    SubjectAttribute,
)

_CHARACTERS = {Characters.DIGITS: "digits", Characters.PRINTABLE: "printable ASCII"}
_HOLDS = {Lasts.SESSION: "until the card is reset", Lasts.ONE_USE: "for one use"}


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the description: a table, if `header` has columns, and sentences under it."""

    name: str
    title: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def describe(profile: Profile) -> tuple[Section, ...]:
    """What a profile says of its card. What is assumed, and which facts it rests on, stands in `rests_on`."""
    return (
        Section(
            "codes",
            "Codes",
            ("code", "length", "characters", "tries", "holds", "factory value"),
            tuple(_code(code) for code in profile.codes.values()),
            (*_through_myeid(profile), *_through_one_area(profile)),
        ),
        Section(
            "values",
            "How codes get new values",
            ("code", "changed with the old value", "first set by", "set anew by", "unblocked by"),
            tuple(_values(profile, name) for name in profile.codes),
        ),
        Section(
            "names",
            "What programs call the codes",
            ("code", "id in Stuntcard", "label in PKCS#15", "P2 of VERIFY"),
            tuple(_names(name, code) for name, code in profile.codes.items()),
        ),
        Section(
            "areas",
            "Areas and memory",
            ("area", "id", "places", "making a key takes", "using a key takes"),
            tuple(_area(profile, name, area) for name, area in profile.areas.items()),
            tuple(_storing(profile)),
        ),
        Section("ends", "What is lost for good, and when", lines=tuple(_ends(profile))),
        _actors(profile),
        *_factory_keys(profile),
        Section(
            "claims",
            "What `stuntcard explore` proves",
            lines=tuple(sourced(claim.says.en, claim) for claim in profile.claims) or ("The profile claims nothing.",),
        ),
    )


def rests_on(profile: Profile) -> tuple[Section, ...]:
    """What no document gives, with the reason for each value, and where each fact is used."""
    blocks = list(_blocks(profile))
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
            "What is assumed",
            ("assumed in the profile", "why"),
            tuple((", ".join(paths), reason) for reason, paths in assumed.items()),
        ),
        Section(
            "facts",
            "Where each fact is used",
            ("fact", "in the profile"),
            tuple((fact, ", ".join(dict.fromkeys(paths))) for fact, paths in facts.items()),
        ),
    )


def sourced(text: str, *blocks: Sourced) -> str:
    """A text, and behind it the facts that it comes from, and whether it is assumed."""
    facts = [fact for block in blocks for fact in block.source]
    assumed = ["assumed"] if any(block.assumed for block in blocks) else []
    told = ", ".join(dict.fromkeys(facts + assumed))
    return f"{text} [{told}]" if told else text


def _code(code: Code) -> tuple[str, ...]:
    length, tries, factory = code.length, code.tries, code.factory
    return (
        code.name.en,
        sourced(f"{length.min}" if length.min == length.max else f"{length.min} to {length.max}", length),
        sourced(_CHARACTERS[code.characters.set], code.characters),
        sourced(f"{tries.limit}" + ("" if tries.limit == tries.max else f", at most {tries.max}"), tries),
        sourced(_HOLDS[code.holds.for_], code.holds),
        "not set"
        if factory is None
        else sourced(factory.value + (", must be changed" if factory.must_change else ""), factory),
    )


def _through_myeid(profile: Profile) -> Iterator[str]:
    """What of the codes can't pass OpenSC's driver for MyEID."""
    names = [code.name.en for code in profile.codes_on_chip.values() if code.length.max > LONGEST_CODE_OF_MYEID]
    if names:
        yield (
            f"With `--applet myeid` programs give at most {LONGEST_CODE_OF_MYEID} characters: OpenSC's rule for such "
            f"cards. Longer values ({', '.join(names)}) are set and given without that option."
        )


def _through_one_area(profile: Profile) -> Iterator[str]:
    """Which areas, and so which codes, programs see through command sets that know one code."""
    if profile.open_while is not None:
        return
    shown = [
        f"`{name}` ({profile.codes[area.guard].name.en})"
        for name, area in profile.areas.items()
        if area.guard in profile.codes_on_chip
    ]
    sets = " or ".join(f"`--applet {applet}:AREA`" for applet in APPLETS_OF_ONE_AREA)
    yield (
        f"With {sets} programs see one area and the code that guards it: {', '.join(shown)}; "
        f"without an area's name it is `{profile.holders_area}`."
    )
    if profile.ias is not None:
        through = " or ".join(f"`--applet ias:{name}`" for name in profile.areas_for_ias)
        yield f"OpenSC's driver for IAS Classic shows one area as well: {through}."


def _values(profile: Profile, name: str) -> tuple[str, ...]:
    code = profile.codes[name]
    setters = (_setters(profile, name, status) for status in (CodeStatus.NOT_SET, CodeStatus.SET, CodeStatus.BLOCKED))
    return (
        code.name.en,
        sourced("yes" if code.change.allowed else "no", code.change),
        *("; ".join(setting) or "nothing" for setting in setters),
    )


def _setters(profile: Profile, name: str, status: CodeStatus) -> Iterator[str]:
    """Who and what gives a code in this state a new value."""
    factory = profile.codes[name].factory
    if status is CodeStatus.NOT_SET and factory is not None:
        yield sourced("the factory", factory)
    for reset in profile.codes[name].reset_by:
        if status in reset.from_:
            once = ", once only" if reset.uses_up or reset.from_ == (CodeStatus.NOT_SET,) else ""
            yield sourced(f"{profile.codes[reset.code].name.en}{once}", reset)
    for actor in profile.actors.values():
        acts = [act for act in actor.acts.values() if name in act.sets]
        first = [act for act in acts if act.sets[0] == name and status in act.from_]
        if first:
            yield sourced(actor.name.en, *first)
        others = [act for act in acts if act.sets[0] != name]
        if others:
            together = " and ".join(dict.fromkeys(profile.codes[act.sets[0]].name.en for act in others))
            yield sourced(f"{actor.name.en}, together with {together}", *others)


def _names(name: str, code: Code) -> tuple[str, ...]:
    if code.reference is None:
        return (code.name.en, f"`{name}`", "none: not on the chip", "none")
    numbers = [f"{code.reference:02X}"]
    of_others = (("eop", code.eop_reference), ("ias", code.ias_reference))
    numbers += [f"`{applet}`: {number:02X}" for applet, number in of_others if number is not None]
    return (code.name.en, f"`{name}`", sourced(code.label or code.name.en, code), "; ".join(numbers))


def _area(profile: Profile, name: str, area: Area) -> tuple[str, ...]:
    return (
        area.name.en,
        f"`{name}`",
        _places(profile, area),
        " and ".join(profile.codes[code].name.en for code in area.create_with) or "not possible",
        sourced(profile.codes[area.guard].name.en, area),
    )


def _places(profile: Profile, area: Area) -> str:
    if area.places is not None:
        return sourced(str(area.places.count), area.places)
    if not area.create_with:
        return "those from the factory"
    return "no limit" if profile.memory is None else "as many as the memory holds"


def _storing(profile: Profile) -> Iterator[str]:
    files, memory = profile.files, profile.memory
    if files.guard is None:
        yield sourced("Nothing can be written to the card, and nothing deleted from it.", files)
    else:
        name = profile.codes[files.guard].name.en
        yield sourced(f"{name} lets certificates and other files be written and deleted.", files)
    if memory is None:
        yield "Memory never runs out."
    else:
        what = f"Keys, certificates and other files share {memory.bytes} bytes, in blocks of {memory.block}."
        yield sourced(what, memory)


def _ends(profile: Profile) -> Iterator[str]:
    for part in profile.parts.values():
        codes = _listed("code", [profile.codes[code].name.en for code in part.codes])
        areas = _listed("area", [profile.areas[area].name.en for area in part.areas])
        together = "; ".join(filter(None, (codes, areas)))
        if together:
            yield sourced(f"Part {part.name.en}, which is lost or kept as one: {together}.", part)
    if profile.open_while is not None:
        part = profile.parts[profile.open_while]
        yield sourced(f"Until the {part.name.en} is over, nobody is asked for a code.", part)
    if profile.emptied_with is not None:
        yield f"{profile.codes[profile.emptied_with].name.en} lets the whole card be emptied, codes included."
    for code in profile.codes.values():
        if code.blocks is not None:
            others = " and ".join(profile.codes[other].name.en for other in code.blocks.codes)
            yield sourced(f"When {code.name.en} becomes blocked, {others} becomes blocked with it.", code.blocks)
    for end in profile.ends:
        what = _part(profile, end.part)
        names = [profile.codes[code].name.en for code in end.when_blocked]
        when = f"{names[0]} is blocked" if len(names) == 1 else f"{', '.join(names)} are blocked at the same time"
        yield sourced(f"When {when}, {what} is lost for good.", end)
    for key, actor in profile.actors.items():
        for name, act in actor.acts.items():
            if act.loses is not None:
                what = _part(profile, act.loses)
                yield sourced(f"By `{key} {name}` {what} is lost for good.", act)
    answer = "nothing at all" if profile.dead.answer == "mute" else profile.dead.answer
    yield sourced(f"A card that is dead as a whole answers every command with {answer}.", profile.dead)


def _part(profile: Profile, part: str) -> str:
    return "the whole card" if part == CARD else f"the part {profile.parts[part].name.en}"


def _listed(what: str, names: list[str]) -> str:
    return f"{what}{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else ""


def _actors(profile: Profile) -> Section:
    name, title = "actors", "Who else acts on it"
    if not profile.actors:
        return Section(name, title, lines=("Nobody off the card changes anything on it.",))
    rows = [
        (actor.name.en, f"`{key} {act_key}`", sourced(act.about.en, act))
        for key, actor in profile.actors.items()
        for act_key, act in actor.acts.items()
    ]
    refusals = [
        sourced(f"`{key} {what}` is refused. {refusal.why.en}", refusal)
        for key, actor in profile.actors.items()
        for what, refusal in actor.cannot.items()
    ]
    return Section(name, title, ("who", "`stuntcard actor`", "what"), tuple(rows), tuple(refusals))


def _factory_keys(profile: Profile) -> tuple[Section, ...]:
    made = profile.personalisation
    if made is None:
        return ()
    number = "" if made.document_number is None else f" The document's number is {made.document_number}."
    return (
        Section(
            "factory-keys",
            "Keys and certificates from the factory",
            ("key", "guarded by", "certificate of", "valid", "for"),
            tuple(_factory_key(profile, key) for key in made.keys),
            (sourced(f"The keys come from the seed '{made.seed}' and protect nothing.{number}", made),),
        ),
    )


def _factory_key(profile: Profile, key: FactoryKey) -> tuple[str, ...]:
    certificate = key.certificate
    holder = certificate.subject.get(SubjectAttribute.COMMON_NAME, ", ".join(certificate.subject.values()))
    uses = [usage.value.replace("-", " ") for usage in certificate.key_usage]
    uses += ["client authentication"] if certificate.client_authentication else []
    guard = "nothing: no command uses it" if key.area is None else profile.codes[profile.areas[key.area].guard].name.en
    file = "" if certificate.eop_file is None else f"; `eop` file {certificate.eop_file}"
    return (
        sourced(f"{key.label}, {key.algorithm.value}, id {key.id}", key),
        guard,
        sourced(holder + file, certificate),
        sourced(f"{certificate.valid.from_} to {certificate.valid.until}", certificate.valid),
        ", ".join(uses) + _qualified(certificate.qualified),
    )


def _qualified(qualified: Qualified | None) -> str:
    if qualified is None:
        return ""
    return sourced("; qualified" + (", on a qualified device" if qualified.on_device else ""), qualified)


def _blocks(profile: Profile) -> Iterator[tuple[str, Sourced]]:
    """Every block that may say where it comes from, with its path in the YAML."""

    def below(value: object, path: str) -> Iterator[tuple[str, Sourced]]:
        if isinstance(value, Claim):
            yield f"claim “{value.says}”", value
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
