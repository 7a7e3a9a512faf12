"""Content Credentials (C2PA): a signed mark in a finished MP4 that says what made it, for machines to read.

It lies in a box of its own between the file's head and its index. Not a packet changes; players pass it over,
and a file that played while it was loading still does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderer.errors import RenderError

# A filmed take into which a synthesised mouth was painted, with a synthesised voice: IPTC's word for media
# that were composed with what a trained model made. `trainedAlgorithmicMedia` is what it made as a whole.
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_ACTIONS = "c2pa.actions.v2"
_FORMAT = "video/mp4"


@dataclass(frozen=True)
class Credentials:
    """Who signs: a certificate with those above it, and its key, both PEM; ``algorithm`` as C2PA names it."""

    chain: bytes
    key: bytes
    algorithm: str


@dataclass(frozen=True)
class Mark:
    """What a reader finds in a video. ``problems`` are codes of the C2PA specification; that nobody vouches
    for the certificate is none."""

    source_type: str
    made_by: str
    signed_by: str
    problems: tuple[str, ...]


def sign_video(video: Path, credentials: Credentials, name: str, version: str) -> None:
    """Put the mark into a finished MP4, which is replaced whole. Raises RenderError."""
    import c2pa

    signed = video.with_name(f".{video.name}.signed.mp4")
    info = c2pa.C2paSignerInfo(credentials.algorithm.encode(), credentials.chain, credentials.key, None)
    try:
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(_describe(name, version)) as builder:
            builder.sign_file(video, signed, signer)
        signed.replace(video)
    except c2pa.C2paError as error:
        raise RenderError(
            f"The video could not be marked as synthetic: {error}. Look whether the certificate and its key "
            "belong together and are still valid.",
            permanent=False,
        ) from error
    finally:
        signed.unlink(missing_ok=True)


def read_mark(video: Path) -> Mark | None:
    """The mark of a video; None where there is none. Raises RenderError for what is no video."""
    import c2pa

    try:
        with video.open("rb") as file, c2pa.Reader(_FORMAT, file) as reader:
            told = json.loads(reader.json())
    except c2pa.C2paError as error:
        if "ManifestNotFound" in type(error).__name__ or "no JUMBF data" in str(error):
            return None
        raise RenderError(f"{video.name} cannot be read: {error}.") from error
    manifest = told["manifests"][told["active_manifest"]]
    signature = manifest.get("signature_info", {})
    status = [one["code"] for one in told.get("validation_status", ())]
    return Mark(
        _find_source_type(manifest),
        manifest["claim_generator_info"][0]["name"],
        f"{signature.get('issuer', '')}, {signature.get('common_name', '')}",
        tuple(code for code in status if code != "signingCredential.untrusted"),
    )


def _describe(name: str, version: str) -> dict[str, Any]:
    """Nothing of the person it was made for: whoever gets the file may hand it on."""
    agent = {"name": name, "version": version}
    made = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE, "softwareAgent": agent}
    return {
        "claim_generator_info": [agent],
        "assertions": [{"label": _ACTIONS, "data": {"actions": [made]}}],
    }


def _find_source_type(manifest: dict[str, Any]) -> str:
    for assertion in manifest.get("assertions", ()):
        if assertion["label"].startswith("c2pa.actions"):
            for action in assertion["data"]["actions"]:
                if "digitalSourceType" in action:
                    return str(action["digitalSourceType"])
    return ""
