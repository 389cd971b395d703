"""Grade a class: submitted notebooks in; a gradebook, a CSV file, feedback and a report out.

On the grader's side, from the command line inwards:

    command, settings        what is asked for: python -m checks grade | regrade | report | explain
    submissions, cells       what was handed in, as data, and which of its cells run
    workers                  processes that judge, one submission at a time each
    grade, suspicion         run and judge one submission; what a human should look at
    process, sandbox         a learner's process, and its server, seen from outside
    isolation, withheld      the walls round it, and the library without the lesson's answers
    gradebook                SQLite, and grades.csv
    pages, feedback, report  what students and instructors read

Inside the walls, loaded by their paths and never imported here: server, learner; protocol is what
both sides speak.
"""

__all__: list[str] = []
