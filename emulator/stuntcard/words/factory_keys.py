"""Keys and certificates from the factory, as a table."""

from __future__ import annotations

from stuntcard.messages import Messages
from stuntcard.profile.model import FactoryKey, KeyUsage, Personalisation, Profile, Qualified, SubjectAttribute
from stuntcard.words.sections import Section, sourced

_USES = {
    KeyUsage.DIGITAL_SIGNATURE: "show-digital-signature",
    KeyUsage.CONTENT_COMMITMENT: "show-content-commitment",
}


def factory_keys(profile: Profile, made: Personalisation, messages: Messages) -> Section:
    """The keys, each with its certificate and what guards it."""
    columns = ("show-key", "show-guarded", "show-certificate-of", "show-valid", "show-for")
    about = messages.text("show-seed", seed=made.seed)
    if made.document_number is not None:
        about += f" {messages.text('show-document-number', number=made.document_number)}"
    return Section(
        "factory-keys",
        messages.text("show-factory-keys"),
        tuple(messages.text(column) for column in columns),
        tuple(_row(profile, key, messages) for key in made.keys),
        (sourced(about, messages, made),),
    )


def _row(profile: Profile, key: FactoryKey, messages: Messages) -> tuple[str, ...]:
    certificate = key.certificate
    holder = certificate.subject.get(SubjectAttribute.COMMON_NAME, ", ".join(certificate.subject.values()))
    uses = [messages.text(_USES[usage]) for usage in certificate.key_usage]
    uses += [messages.text("show-client-authentication")] if certificate.client_authentication else []
    file = "" if certificate.eop_file is None else f"; `eop`: {certificate.eop_file}"
    named = messages.text("show-the-key", label=key.label, algorithm=key.algorithm.value, id=key.id)
    valid = messages.text("show-from-to", least=str(certificate.valid.from_), most=str(certificate.valid.until))
    return (
        sourced(named, messages, key),
        _guard(profile, key, messages),
        sourced(holder + file, messages, certificate),
        sourced(valid, messages, certificate.valid),
        ", ".join(uses) + _qualified(certificate.qualified, messages),
    )


def _guard(profile: Profile, key: FactoryKey, messages: Messages) -> str:
    if key.area is None:
        return messages.text("show-unguarded")
    return messages.of(profile.codes[profile.areas[key.area].guard].name)


def _qualified(qualified: Qualified | None, messages: Messages) -> str:
    if qualified is None:
        return ""
    key = "show-on-device" if qualified.on_device else "show-qualified"
    return f"; {sourced(messages.text(key), messages, qualified)}"
