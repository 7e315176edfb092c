kubectl rollout restart deploy/web
./migrate.sh
