// Command balancer holds a round_robin channel with client-side health checking (gRFC A17), and prints each state of it until
// stdin closes. Arguments: an address, and the service whose health decides.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	// Without it a health check in a service config has no effect.
	_ "google.golang.org/grpc/health"
)

func main() {
	address, service := os.Args[1], os.Args[2]
	config := fmt.Sprintf(`{"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":%q}}`, service)
	channel, err := grpc.NewClient(
		address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(config),
	)
	if err != nil {
		panic(err)
	}
	go follow(channel)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func follow(channel *grpc.ClientConn) {
	channel.Connect()
	for state := channel.GetState(); ; state = channel.GetState() {
		fmt.Println(state)
		channel.WaitForStateChange(context.Background(), state)
	}
}
