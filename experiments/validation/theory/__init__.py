"""What is derived of R, beside what runs do. One study a file."""
