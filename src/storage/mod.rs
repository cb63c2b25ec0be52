//! Statements, rows, repositories, write-sets and sealing, on SQLite and PostgreSQL.
