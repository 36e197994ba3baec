"""What the scripts have in common that give damaged files to ltfn-convert and to the reader that owns the format."""

import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import ltfn_decode

SECONDS = 60


class Conversion:
    """What ltfn-convert made of a file: its status, and the words that it ended with."""

    def __init__(self, program, source, target, *options):
        pathlib.Path(target).unlink(missing_ok=True)
        try:
            run = subprocess.run([program, str(source), "-o", str(target), "--force", *options],
                                 capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.status, self.words = -1, "no end in %d seconds" % SECONDS
            return
        lines = [line for line in run.stderr.decode(errors="replace").splitlines() if "error:" in line]
        self.status, self.words = run.returncode, lines[-1] if lines else ""

    @property
    def reason(self):
        """The words without the names and numbers in them."""
        words = re.sub(r"^.*?error: (\S*/m[.\w-]*: )?", "", self.words)
        return re.sub(r'"[^"]*"|\[[^]]*\]|-?\d+|\(.*\)', "#", words)[:110]


def native_values(path):
    """Shapes and bits of the variables in an .ltfn file, by the second reader."""
    reader = ltfn_decode.Reader(pathlib.Path(path).read_bytes())
    variables = {v.name: v for v in reader.index.variables}
    owners = {name: variables[getattr(v, "tied_to", None) or name] for name, v in variables.items()}
    return {name: [tuple(v.shape), b"".join(reader.pieces(owners[name])).hex()] for name, v in variables.items()}


def in_child(read):
    """What `read` returns; None when it raises, or ends the process."""
    source, target = os.pipe()
    child = os.fork()
    if child == 0:
        answer = b""
        try:
            answer = repr(read()).encode()
        except BaseException:
            pass
        with os.fdopen(target, "wb") as out:
            out.write(answer)
        os._exit(0)
    os.close(target)
    with os.fdopen(source, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return eval(answer) if answer else None


def changed(rng, data, longest=8):
    """The data with one to three changes: bits, bytes, pieces left out, put in or repeated, an end cut off."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at, kind = rng.randrange(len(data) + 1), rng.randrange(12)
        if kind < 3 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind < 6 and at < len(data):
            data[at] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
        elif kind < 8:
            del data[at:at + rng.randint(1, longest)]
        elif kind < 10:
            data[at:at] = rng.randbytes(rng.randint(1, longest))
        elif kind == 10:
            data[at:at] = data[at:at + rng.randint(1, 4 * longest)]
        elif rng.random() < 0.3:
            del data[at:]
    return bytes(data)


def difference(found, expected):
    """Names whose values differ, in a few words; None: what both have is the same."""
    names = sorted(name for name in set(found) | set(expected) if found.get(name) != expected.get(name))
    return ", ".join(map(repr, names[:3])) or None


def possible_names(found, expected):
    """`expected` without the names that are not possible here, which have others."""
    return {name: value for name, value in expected.items() if name in found}


def main(usage, mutant, ours, theirs, count=1000, difference=difference, statuses=(0, 65, 69, 70)):
    """Runs a script whose arguments are LTFN-CONVERT, a count and a seed, and ends it.

    mutant(rng, folder) writes files into an empty folder, and returns the path of the one to read.
    ours(program, path, folder) returns a Conversion, and the values that it wrote when its status is 0.
    theirs(path) returns the values that the other reader sees; None when it refuses.
    """
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(usage)
    program, name = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[0]).stem
    count, seed = [int(word) for word in sys.argv[2:] + [str(count), "1"][len(sys.argv) - 2:]]
    counts, reasons, bad = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as place:
        files, results = pathlib.Path(place, "files"), pathlib.Path(place, "results")
        results.mkdir()
        for number in range(count):
            # Of its own, so that each mutant can be made again alone.
            rng = random.Random("%d/%d" % (seed, number))
            shutil.rmtree(files, ignore_errors=True)
            files.mkdir()
            path = str(mutant(rng, files))
            conversion, found = ours(program, path, results)
            expected, problem = theirs(path), None
            if conversion.status not in statuses:
                problem = "status %d %s" % (conversion.status, conversion.words)
            elif found is None and expected is None:
                counts["both refuse"] += 1
            elif found is None:
                counts["ltfn-convert alone refuses"] += 1
                reasons[conversion.reason] += 1
            elif expected is None:
                counts["the other alone refuses"] += 1
            else:
                counts["both read"] += 1
                names = difference(found, expected)
                problem = names and "other values: " + names
            if problem:
                bad += 1
                kept = pathlib.Path(tempfile.gettempdir(), "%s-%d-%d" % (name, seed, number))
                shutil.copytree(files, kept, dirs_exist_ok=True)
                print("%s: %s" % (kept, problem[:400]), file=sys.stderr)
    print("%s: %d mutants: %s; %d problems" % (
        name, count, ", ".join("%s %d" % pair for pair in sorted(counts.items())), bad))
    for reason, times in reasons.most_common():
        print("  %6d  %s" % (times, reason))
    sys.exit(1 if bad else 0)
