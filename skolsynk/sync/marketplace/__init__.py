"""The listing on Google Workspace Marketplace: what is asked for, what is linked, and whether it agrees.

The consoles have no API that tells what stands in them. So the code is held against ``docs/marketplace.md``, which
people copy from, and against lists that people copy out.
"""
