ssh -N -L 5432:db.internal:5432 jump.example.org
ssh -fN -D 1080 jump.example.org
ssh -O exit jump.example.org
ssh -L 5432:db.internal:5432 jump.example.org
ssh jump.example.org uptime
aws ssm start-session --target i-1 --document-name AWS-StartPortForwardingSession
aws ssm start-session --target i-1
gcloud compute start-iap-tunnel shop 22
az network bastion tunnel --name shop --port 22
