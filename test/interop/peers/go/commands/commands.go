// Package commands is how a peer is told what to say of itself.
package commands

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
)

// Service is what every peer has, SERVING, when it starts.
const Service = "acme.Cart"

// Listen takes the port that the first argument names, 0 for a free one.
func Listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	return listener
}

// Obey prints the port, then reads lines "STATUS service" and answers each with "ok", until stdin closes.
func Obey(listener net.Listener, setStatus func(service, status string)) {
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); fmt.Println("ok") {
		status, service, _ := strings.Cut(lines.Text(), " ")
		setStatus(service, status)
	}
}
