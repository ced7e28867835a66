"""Makes the modules of the interface from the .proto files of this repository when the package is built."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# pip builds in the folder itself, so the .proto files are where they are in the repository.
PROTOS = Path(__file__).resolve().parent.parent.parent.parent / "proto"


class BuildWithProtos(build_py):
    def run(self):
        super().run()
        from grpc_tools import protoc

        files = sorted(str(path) for path in PROTOS.rglob("*.proto"))
        if not files:
            raise RuntimeError(f"no .proto files in {PROTOS}: install from a checkout of the repository")
        target = Path(self.build_lib)
        target.mkdir(parents=True, exist_ok=True)
        outputs = [f"--{kind}={target}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
        if protoc.main(["protoc", f"-I{PROTOS}", *outputs, *files]) != 0:
            raise RuntimeError("the .proto files do not compile")


setup(cmdclass={"build_py": BuildWithProtos})
