"""The image for CI: built from the Containerfile by buildah, and used as a job uses it.

`make image-check` runs this. The Debian that the image begins from is made here, for a registry may be out of reach.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.package.ci_page import shown
from tests.package.conftest import ROOT

pytestmark = [pytest.mark.image, pytest.mark.timeout(3600)]


@dataclass(frozen=True, slots=True)
class Images:
    """A storage of images that nobody else sees."""

    folder: Path

    @property
    def options(self) -> str:
        """buildah's own options; vfs works wherever files do."""
        return f"--storage-driver vfs --root {self.folder}/storage --runroot {self.folder}/run"

    def make(self, *command: str, **environment: str) -> None:
        """Runs one of the scripts of make/."""
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "BUILDAH_OPTIONS": self.options, **environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def buildah(self, *arguments: str) -> str:
        done = subprocess.run(
            ["buildah", *self.options.split(), *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    """With the image of this checkout, built with nothing asked but the mirror of this machine's apt."""
    images = Images(tmp_path_factory.mktemp("images"))
    images.make("make/image-base", "localhost/debian")
    # Built without a container's privileges, which a container of CI can't give again.
    options = "--isolation chroot --volume /etc/apt:/etc/apt:ro"
    images.make("make/image", "stuntcard", BASE="localhost/debian", BUILD_OPTIONS=options)
    yield images
    images.buildah("rmi", "--all", "--force")


def test_gitlabs_job_has_a_card_in_the_image_and_signs_with_it(images: Images) -> None:
    container = images.buildah("from", "--pull-never", "stuntcard").strip()
    job = shown(".gitlab-ci.yml")["card-tests"]

    def run(*lines: str) -> str:
        return images.buildah("run", "--isolation", "chroot", container, "--", "sh", "-ec", "\n".join(lines))

    # The runner has a shell for the script, and another one for what comes after.
    wrote = run(*job["script"], "id --user; sh -ec " + repr("\n".join(job["after_script"])))
    assert "Verified OK\n1000\n" in wrote
    assert wrote.endswith("qa: ended\n")
    # Neither what builds nor the source is in the image.
    kept = run("command -v pip gcc || ls -A / ~")
    assert not re.search(r"pip|gcc|source|build|wheel", kept)
