// Command connect-go is connectrpc.com/grpchealth on net/http, as an upstream that speaks gRPC, gRPC-web and Connect.
package main

import (
	"net/http"

	"connectrpc.com/grpchealth"

	"rollcall.test/peers/commands"
)

var statuses = map[string]grpchealth.Status{
	"SERVING":     grpchealth.StatusServing,
	"NOT_SERVING": grpchealth.StatusNotServing,
	"UNKNOWN":     grpchealth.StatusUnknown,
}

func main() {
	checker := grpchealth.NewStaticChecker(commands.Service)
	mux := http.NewServeMux()
	mux.Handle(grpchealth.NewHandler(checker))
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: mux, Protocols: protocols}
	listener := commands.Listen()
	go server.Serve(listener)
	commands.Obey(listener, func(service, status string) {
		checker.SetStatus(service, statuses[status])
	})
}
