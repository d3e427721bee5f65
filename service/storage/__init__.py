"""SQLite and PostgreSQL behind one Store; SQLAlchemy is known here and nowhere else."""
