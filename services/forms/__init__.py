"""Forms as declarations: steps, questions, conditions, repeating groups; one schema drives pages, API and checks.

What a person typed is kept as it was typed (``Raw``) and read anew each time: nothing that is wrong yet is lost.
"""
