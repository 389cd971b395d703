"""Grade a class: submitted notebooks in; a gradebook, a CSV file and feedback pages out."""

__all__: list[str] = []
