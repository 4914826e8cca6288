<?php
// For tests: time passes for WP-Cron, and for what waits in the table of our plugin.
add_action( 'init', function () {
	global $wpdb;
	if ( ! isset( $_GET['later'] ) ) {
		return;
	}
	$passed = (int) $_GET['later'];
	$events = array();
	foreach ( _get_cron_array() as $at => $some ) {
		$events[ $at - $passed ] = $some;
	}
	_set_cron_array( $events );
	delete_transient( 'doing_cron' );
	$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}centralino_posts SET due = GREATEST(due - %d, 1), added = added - %d WHERE due > 0", $passed, $passed ) );
	exit;
}, 99 );
