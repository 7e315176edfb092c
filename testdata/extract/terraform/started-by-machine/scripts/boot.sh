password=$(aws secretsmanager get-secret-value --secret-id shop --query SecretString)
aws ec2 create-tags --resources "$me" --tags Key=booted,Value=yes
