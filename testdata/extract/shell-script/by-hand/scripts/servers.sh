#!/usr/bin/env bash
set -euo pipefail
aws ec2 create-vpc --cidr-block 10.0.0.0/16
if true; then kubectl -n shop scale deploy/web --replicas=3 || true; fi
ssh ops@web-1.example.org <<'EOF'
  sudo systemctl restart nginx
EOF
bash -c "terraform -chdir=infra apply -auto-approve"
curl -fsSL https://example.org/install.sh | sudo bash
scp build.tgz ops@web-1.example.org:/srv
