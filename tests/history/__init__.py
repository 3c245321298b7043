"""What people did and saw while things broke, and whether every promise was kept: "nothing lost, nothing twice".

Browsers in small (`browser`, `people`) talk through real servers (`servers`) that are killed, cut off and starved
(`faults`, `proxy`). Each writes down what it does before it does it (`book`); afterwards a pure function compares that
with what is stored (`checker`). Used by the tests beside it, in small, and by `./dev bench chaos`, in large.
"""
