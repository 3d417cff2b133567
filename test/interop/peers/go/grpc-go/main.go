// Command grpc-go is grpc-go with its own health service, as an upstream.
package main

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"rollcall.test/peers/commands"
)

func main() {
	service := health.NewServer()
	service.SetServingStatus(commands.Service, healthpb.HealthCheckResponse_SERVING)
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, service)
	listener := commands.Listen()
	go server.Serve(listener)
	commands.Obey(listener, func(name, status string) {
		value := healthpb.HealthCheckResponse_ServingStatus_value[status]
		service.SetServingStatus(name, healthpb.HealthCheckResponse_ServingStatus(value))
	})
}
