#!/usr/bin/env python3
"""Tests what the scripts beside this file say and change, without Swift and without a network.

usage: tools/test_scripts.py

The scripts run with a PATH of stand-ins: whoever installs, builds or asks for rights leaves a line in a log.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent
SCRIPTS = sorted(
    path.name for path in TOOLS.iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash"))
# What is on every Debian.
BASE = ("bash sh env cat sed grep tail head tr cut dirname basename mktemp rm mkdir mv id uname wc od gzip "
        "sha256sum sleep ls touch find sort chmod cp").split()


class Scripts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        self.bin = self.root / "bin"
        self.log = self.root / "log"
        self.bin.mkdir()
        for name in BASE:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)
        # A copy, so that nothing of this one is touched.
        self.home = self.root / "ltfn"
        shutil.copytree(TOOLS, self.home / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        self.stand_in("id", "echo 1000")

    def stand_in(self, name, body="exit 0", logged=False):
        """A program that runs `body`; its calls stand in the log when `logged`."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        line = f'echo "{name} $*" >>"{self.log}"\n' if logged else ""
        path.write_text(f"#!/bin/bash\n{line}{body}\n")
        path.chmod(0o755)

    def run_script(self, name, *arguments, **environment):
        return subprocess.run(
            [self.home / "tools" / name, *arguments], env={"PATH": str(self.bin)} | environment,
            cwd=self.root, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)

    def logged(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def swift(self):
        """A compiler that finds no zlib, and a Swift whose build makes commands that do nothing."""
        self.stand_in("clang", "exit 1")
        self.stand_in("swift", f"""
            case "$*" in
            *--show-bin-path*) echo "{self.bin}" ;;
            *build*) echo '[1/2] Compiling'; echo '[2/2] Linking' ;;
            esac""", logged=True)

    def commands(self):
        self.stand_in("clang")
        self.stand_in("ltfn-train", """while [ $# -gt 0 ]; do
            case $1 in -o) echo trained >"$2" ;; --save-data) mkdir "$2" ;; esac; shift; done""")
        self.stand_in("ltfn-inspect")
        self.stand_in("ltfn-eval", logged=True)

    def test_help_changes_nothing(self):
        for tool in ("apt-get", "sudo", "brew", "swift", "clang", "python3", "curl", "wget"):
            self.stand_in(tool, "exit 1", logged=True)
        before = sorted(self.home.rglob("*"))
        for script in SCRIPTS:
            for option in ("--help", "-h"):
                result = self.run_script(script, option)
                self.assertEqual(result.returncode, 0, (script, result.stderr))
                self.assertIn("usage:", result.stdout, script)
        self.assertEqual(self.logged(), [])
        self.assertEqual(sorted(self.home.rglob("*")), before)

    def test_all_missing_packages_are_named_once(self):
        self.swift()
        self.stand_in("apt-get", logged=True)
        self.stand_in("uname", 'case $1 in -m) echo x86_64 ;; *) echo Linux ;; esac')
        for script, packages in (
                ("quickstart", "zlib1g-dev curl"),
                ("test", "zlib1g-dev strace qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross binutils "
                         "python3 python3-venv")):
            result = self.run_script(script)
            self.assertEqual(result.returncode, 1)
            lines = [line for line in result.stderr.splitlines() if "apt-get" in line]
            self.assertEqual(len(lines), 1, result.stderr)
            self.assertIn("apt-get update && apt-get install", lines[0])
            self.assertIn(packages, lines[0])
        self.assertEqual(self.logged(), [])

    def test_packages_are_installed_in_one_go(self):
        self.swift()
        self.stand_in("id", "echo 0")
        self.stand_in("uname", 'case $1 in -m) echo x86_64 ;; *) echo Linux ;; esac')
        self.stand_in("apt-get", "[ $1 = update ]", logged=True)
        result = self.run_script("quickstart")
        self.assertEqual(result.returncode, 1)
        self.assertEqual([line.split()[1] for line in self.logged()], ["update", "install"])
        self.assertIn("could not be installed", result.stderr)

    def test_a_user_whom_sudo_refuses_is_told_the_packages(self):
        self.swift()
        self.stand_in("apt-get", logged=True)
        self.stand_in("sudo", "exit 1")
        result = self.run_script("quickstart")
        self.assertEqual(result.returncode, 1)
        self.assertIn("sudo does not let this user", result.stderr)
        self.assertIn("zlib1g-dev", result.stderr)

    def test_quickstart_replaces_nothing(self):
        self.swift()
        self.commands()
        for name in ("model.ltfn", "quickstart.ltfn", "quickstart-2.ltfn"):
            (self.home / name).write_text("a long run")
        result = self.run_script("quickstart", "--data", str(self.root))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.home / "quickstart-3.ltfn").read_text(), "trained\n")
        for name in ("model.ltfn", "quickstart.ltfn", "quickstart-2.ltfn"):
            self.assertEqual((self.home / name).read_text(), "a long run")
        refused = self.run_script("quickstart", "--data", str(self.root), "-o", "model.ltfn")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("model.ltfn is there already", refused.stderr)

    def test_quickstart_without_mnist_goes_on_and_names_its_own_options(self):
        self.swift()
        self.commands()
        # No program to download with, and no right to install one.
        result = self.run_script("quickstart")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("tools/quickstart --data FOLDER", result.stderr)
        self.assertIn("built-in synthetic digits", result.stderr)
        self.assertIn("ltfn-eval quickstart.ltfn synthetic_digits", self.logged())
        self.assertEqual(self.run_script("quickstart", "--data", "nowhere").returncode, 1)
        self.assertEqual(self.run_script("quickstart", "--steps", "many").returncode, 1)

    def test_a_build_says_how_far_it_is(self):
        self.swift()
        self.commands()
        self.stand_in("swift", f"""
            case "$*" in
            *--show-bin-path*) echo "{self.bin}" ;;
            *build*) echo '[7/9] Compiling LTFNBytes'; sleep 12 ;;
            esac""")
        result = self.run_script("quickstart", "--data", str(self.root))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("s: [7/9] Compiling LTFNBytes", result.stderr)

    def test_a_build_that_fails_says_all(self):
        self.swift()
        self.commands()
        self.stand_in("swift", "echo '[1/2] Compiling'; echo 'error: no such module'; exit 1")
        result = self.run_script("quickstart", "--data", str(self.root))
        self.assertEqual(result.returncode, 1)
        self.assertIn("error: no such module", result.stderr)
        self.assertIn("the build failed", result.stderr)

    @unittest.skipUnless(sys.platform == "linux" and shutil.which("readelf") and shutil.which("strip"),
                         "looks at a Linux program with binutils")
    def test_a_program_that_needs_libraries_is_not_called_alone(self):
        for name in ("strip", "readelf"):
            (self.bin / name).symlink_to(shutil.which(name))
        result = self.run_script("check-static", os.path.realpath(shutil.which("ls")))
        self.assertEqual(result.returncode, 1)
        self.assertIn("(NEEDED)", result.stdout)
        self.assertIn("needs the libraries above", result.stderr)

    def test_builds_of_tests_and_of_quickstart_lie_apart(self):
        self.swift()
        self.commands()
        for name in ("strace", "qemu-aarch64", "aarch64-linux-gnu-gcc", "strip", "readelf", "python"):
            self.stand_in(name)
        for name in ("check-neon", "check-static"):
            (self.home / "tools" / name).write_text("#!/bin/bash\nexit 0\n")
        result = self.run_script("test", LTFN_PYTHON=str(self.bin / "python"))
        self.assertEqual(result.returncode, 0, result.stderr)
        tests = [line for line in self.logged() if line.split()[1] in ("build", "test")]
        self.assertEqual(len(tests), 3)
        for line in tests:
            self.assertRegex(line, "--scratch-path .build-(test|static)( |$)")
        self.log.unlink()
        self.assertEqual(self.run_script("quickstart", "--data", str(self.root)).returncode, 0)
        self.assertFalse([line for line in self.logged() if "--scratch-path" in line])

    def test_documentation_without_its_compiler_builds_nothing(self):
        self.swift()
        result = self.run_script("build-docs")
        self.assertEqual(result.returncode, 1)
        self.assertIn("this Swift toolchain has no docc", result.stderr)
        self.assertFalse([line for line in self.logged() if "build" in line])


if __name__ == "__main__":
    unittest.main()
