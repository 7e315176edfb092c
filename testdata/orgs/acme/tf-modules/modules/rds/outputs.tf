output "address" {
  description = "Where the database answers."
  value       = aws_db_instance.this.address
}
